import { AuditRecord, AuditRecordInput, hashOf, NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import { Registration } from '../../../lib/registry/runtime/contract';
import { Actor, Asked, Change, Command, Head, ModelState, NO_HEAD, Refusal, Version } from '../../../lib/registry/runtime/model-state';
import { reduce } from '../../../lib/registry/runtime/reduce';

export const ANN: Actor = { arn: 'arn:aws:iam::111122223333:user/ann', person: 'user:AIDAANN' };
export const BOB: Actor = { arn: 'arn:aws:iam::111122223333:user/bob', person: 'user:AIDABOB' };

/** What version `number` would be registered with. */
export function registration(number = 1): Registration {
  const artifactSha256 = String(number % 10).repeat(64);
  return {
    artifact: `s3://artifacts/fraud/${artifactSha256}/model.tar.gz`,
    artifactSha256,
    image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:${artifactSha256}`,
  };
}

/** A command without what every command says, which the model fills in. */
type Own<C> = C extends unknown ? Omit<C, keyof Asked> & Partial<Asked> : never;
export type Wanted = Own<Command>;

/** A model in memory that `reduce` decides for: what the store would hold, without the store. */
export class Memory {
  public head: Head = NO_HEAD;
  public readonly versions = new Map<number, Version>();
  public readonly records: string[] = [];
  /** Milliseconds that pass between two commands. */
  public tick = 1000;
  public now = Date.UTC(2026, 10, 20, 12);

  public get state(): ModelState {
    return { head: this.head, versions: this.versions };
  }

  public decide(wanted: Wanted): Change | Refusal {
    this.now += this.tick;
    return reduce(this.state, {
      tenant: 'default',
      model: 'fraud',
      actor: ANN,
      at: new Date(this.now).toISOString(),
      environment: 'test',
      requestId: 'request-1',
      durationMs: 12,
      ...wanted,
    } as Command);
  }

  /** Decides, and keeps what was decided. */
  public do(wanted: Wanted): Change | Refusal {
    const change = this.decide(wanted);
    if (!change.refused) {
      this.head = change.head;
      this.records.push(change.record);
      if (change.version !== undefined) {
        this.versions.set(change.version.after.revision, change.version.after);
      }
    }
    return change;
  }

  /** Throws when a command of a test's own setting is refused. */
  public must(wanted: Wanted): Change {
    const change = this.do(wanted);
    if (change.refused) {
      throw new Error(`${wanted.verb} was refused: ${change.detail}`);
    }
    return change;
  }

  public register(number = this.head.nextRevision): Change {
    return this.must({ verb: 'register', registration: registration(number) });
  }

  public approve(revision: number, actor = BOB): Change | Refusal {
    const { image, artifactSha256 } = this.versions.get(revision) ?? registration(revision);
    return this.do({ verb: 'approve', revision, image, artifactSha256, actor });
  }

  /** Registers, approves and promotes so many versions. */
  public serve(count: number): this {
    for (let done = 0; done < count; done++) {
      const { answer: { revision } } = this.register();
      this.approve(revision);
      this.must({ verb: 'promote', revision });
    }
    return this;
  }

  public record(sequence: number): AuditRecordInput {
    return AuditRecord.parse(JSON.parse(this.records[sequence - 1]));
  }
}

/** What came of a command, for assertions. */
export function refusal(change: Change | Refusal): string {
  return change.refused ? `${change.code}: ${change.detail}` : 'done';
}

/** The number of the first record that does not continue the chain; nothing if all do. */
export function brokenAt(records: readonly string[]): number | undefined {
  let previousHash = NO_PREVIOUS_HASH;
  for (const [place, text] of records.entries()) {
    const record = JSON.parse(text) as AuditRecordInput;
    if (record.sequence !== place + 1 || record.previousHash !== previousHash) {
      return place + 1;
    }
    previousHash = hashOf(text);
  }
  return undefined;
}
