import { VersionAnswer } from './answers';

/** Everything about a version, as names and values. */
export function versionFacts(version: VersionAnswer): Record<string, unknown> {
  const { lineage = {}, evaluation, approved } = version;
  return {
    'revision': version.revision,
    'label': version.label,
    'state': version.state,
    'used as': version.usedAs?.join(', '),
    'image': version.image,
    'artifact': version.artifact,
    'artifact SHA-256': version.artifactSha256,
    'registered': `${version.registeredAt} by ${version.registrant}`,
    'decided': version.decidedBy === undefined ? undefined : `${version.decidedAt ?? ''} by ${version.decidedBy}`,
    'approved image': approved?.image === version.image ? undefined : approved?.image,
    'approved SHA-256': approved?.artifactSha256 === version.artifactSha256 ? undefined : approved?.artifactSha256,
    'accuracy': evaluation?.accuracy,
    'bias': evaluation?.bias,
    'p99 latency': evaluation === undefined ? undefined : `${evaluation.p99LatencyMs} ms`,
    'evaluated with': evaluation?.dataset,
    'training job': lineage.trainingJob,
    'data sets': lineage.datasets?.join(', '),
    'commit': lineage.commit,
    'parent': lineage.parent,
    'feature schema': lineage.featureSchemaHash,
  };
}

/** The end of an image's name: the repository, and as much of the digest as tells images apart. */
export function shortImage(image: string): string {
  const [name, digest = ''] = image.split('@sha256:');
  return `${name.split('/').at(-1) ?? name}@${digest.slice(0, 12)}`;
}

/** Who, without the part of the ARN that is the same for all. */
export function shortArn(arn: string): string {
  return arn.replace(/^arn:[^:]*:(iam|sts)::/, '');
}
