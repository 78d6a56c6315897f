import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { LARGEST_BODY } from './problem';

/**
 * Request models of an API, one for each schema: routes that take the same bodies share it. It stands below the first of
 * them, so that a schema that changes is a model that changes, and not another one.
 */
export class BodyModels {
  private readonly made = new Map<string, apigateway.IModel>();

  /** The model of a schema; a new one is made below `route`. */
  public of(given: apigateway.JsonSchema, route: apigateway.Resource): apigateway.IModel {
    const { schema: draft = apigateway.JsonSchemaVersion.DRAFT4, ...keywords } = given;
    const schema = { schema: draft, ...keywords };
    const text = JSON.stringify(schema);
    const model = this.made.get(text) ?? new apigateway.Model(route, 'Body', {
      restApi: route.api, contentType: 'application/json', schema, description: `A request of at most ${LARGEST_BODY} bytes`,
    });
    this.made.set(text, model);
    return model;
  }
}
