import { MODEL_ARTIFACT, MODEL_IMAGE } from '../../artifacts/artifact-kinds';
import { RECORD, thing } from '../../core/kinds';

/** What a container of a model is made from, given to it or to its endpoint. */
export const CONTAINER_KINDS = {
  image: MODEL_IMAGE,
  artifact: MODEL_ARTIFACT,
  environment: RECORD,
  multiModel: thing('a MultiModel, as in MultiModel.below(bucket, prefix)', '_modelsArn', '_settle'),
};
