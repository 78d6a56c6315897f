import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from './contract';
import { Head } from './release-state';
import { ReleaseStore } from './release-store';
import { StoreWorld } from './release-world';
import { retried } from './retried';

const MOST_ENTRIES = 10; // of a PutEvents

/**
 * Tells EventBridge what it has not been told: all records after the last one known to have gone out. What a crash left is
 * told by whoever comes next, so each record goes out at least once. A bus that cannot be reached holds up no release.
 */
export async function tell(endpoint: string, head: Head, world: StoreWorld): Promise<void> {
  const store = new ReleaseStore(world);
  try {
    for (let told = head.told; told < head.auditSequence;) {
      const rows = await store.audit(endpoint, told, MOST_ENTRIES);
      if (rows.length === 0) {
        return;
      }
      await put(rows.map(({ record }) => record), world);
      told = rows[rows.length - 1].sequence;
      await store.raiseTold(endpoint, told);
    }
  } catch (error) {
    world.log.error('events were not sent; the next change sends them', { endpoint, error, runbook: world.settings.runbook });
  }
}

async function put(records: readonly string[], world: StoreWorld): Promise<void> {
  const entries = records.map((Detail) => ({
    EventBusName: world.settings.eventBus, Source: EVENT_SOURCE, DetailType: EVENT_DETAIL_TYPE, Detail,
  }));
  const { FailedEntryCount } = await retried(() => world.events.send(new PutEventsCommand({ Entries: entries })), world);
  if ((FailedEntryCount ?? 0) > 0) {
    throw new Error(`EventBridge did not take ${FailedEntryCount} of ${entries.length} events`);
  }
}
