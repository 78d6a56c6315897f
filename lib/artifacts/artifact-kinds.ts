import { thing } from '../core/kinds';

/** How the things of this area are told by others: by their members. */
export const MODEL_IMAGE = thing('a ModelImage, as in ModelImage.fromEcr(repository, digest)', 'uri', 'grantPull', '_settle');
export const MODEL_ARTIFACT = thing('a ModelArtifact, as in store.artifact(model, sha256)', 'uri', 'grantReadAllVersions');
export const ARTIFACT_STORE = thing('an ArtifactStore, made or brought with ArtifactStore.fromBucket', 'bucket', 'trialsUri', 'grantAdd', 'node');
export const IMAGE_STORE = thing('an ImageStore, made or brought with ImageStore.fromRepository', 'repository', 'grantPush');
export const OBJECT_LOCK = thing('an ObjectLock, as in ObjectLock.governance(Duration.days(30))', 'mode', '_render');
export const REPOSITORY = thing('a repository of ECR, made or imported', 'repositoryUri', 'grantPull');
export const TRIAL_RETENTION = thing('a TrialRetention, as in TrialRetention.of(Duration.days(30))', 'age', '_render');
