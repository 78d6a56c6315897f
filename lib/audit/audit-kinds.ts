import { AuditTrailProps, WatchOptions } from './audit-trail-props';
import { BUCKET_REF, KEY, Kind, Kinds, KNOWN_FLAG, listOf, needed, ROLE, thing, TOPIC } from '../core/kinds';

/** What has to be known of the props of a trail before anything of them is read. */
export const TRAIL_KINDS: Kinds<AuditTrailProps> = {
  encryptionKey: KEY,
  notify: TOPIC,
  owners: listOf(ROLE),
  sageMakerDataEvents: KNOWN_FLAG,
  storage: thing('a TrailStorage, as in TrailStorage.create()', '_bind', 'provide'),
};

/** What is watched, and how. */
export const WATCH_KINDS: Kinds<WatchOptions> = { reads: KNOWN_FLAG };
export const WATCHED_BUCKET: Kind = needed(BUCKET_REF);
export const WATCHED_TABLE: Kind = needed(thing('a table of DynamoDB, made or imported', 'tableRef'));
