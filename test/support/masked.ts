import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

const ASSET_HASH = /[0-9a-f]{64}(?=\.(?:zip|json)\b)/g;

/** A template whose asset hashes are masked: a snapshot speaks of resources, not of the bytes of a bundle. */
export function masked(stack: Stack): object {
  return JSON.parse(JSON.stringify(Template.fromStack(stack).toJSON()).replace(ASSET_HASH, '<asset>')) as object;
}
