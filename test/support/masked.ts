import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { withoutAssetHashes } from '../../tools/upgrade-gate/template';

/** A template whose asset hashes are masked: a snapshot speaks of resources, not of the bytes of a bundle. */
export function masked(stack: Stack): object {
  return withoutAssetHashes(JSON.stringify(Template.fromStack(stack).toJSON()));
}
