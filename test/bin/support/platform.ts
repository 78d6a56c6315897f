import { createHash } from 'node:crypto';
import { AddressServer } from './address-server';
import { SOMEBODY } from './aws-environment';
import { S3Server } from './s3-server';
import { AwsAccess } from '../../../bin/cli/aws-access';
import { journal } from '../../../lib/registry/runtime/journal';
import { Caller, person } from '../../registry/support/callers';
import { LocalRegistry, LocalRegistryOptions, startLocalRegistry } from '../../registry/support/local-registry';
import { AUDIT_TABLE } from '../../registry/support/registry-bench';

const HOUR = 3_600_000;

/** Everything that `mlp` talks to, on this machine: the real API handler, the real journal, S3, and where addresses are. */
export class Platform {
  public static async start(options: LocalRegistryOptions = {}): Promise<Platform> {
    return new Platform(await startLocalRegistry(options), await S3Server.start(), await AddressServer.start());
  }

  private copied = 0;

  private constructor(
    public readonly registry: LocalRegistry, public readonly s3: S3Server, public readonly addresses: AddressServer,
  ) {
    registry.bench.now = Date.now() - HOUR;
    addresses.parameters.set('/ml-platform/registry/production', JSON.stringify(registry.address));
    // the handler looks into the same bucket
    s3.written = (place, body) => {
      const checksumSha256 = createHash('sha256').update(body).digest('base64');
      registry.bench.s3.objects.set(place, { body: body.toString(), checksumSha256, checksumType: 'FULL_OBJECT' });
    };
  }

  /** The environment of a process of somebody. */
  public environment(name: string): Record<string, string> {
    return this.environmentOf(person(name));
  }

  public environmentOf(caller: Caller): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = this.registry.credentials(caller);
    return {
      ...SOMEBODY,
      ...this.services(),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === '' ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    };
  }

  /** Where AWS is, for whoever has no credentials. */
  public services(): Record<string, string> {
    const { s3, addresses, registry } = this;
    return {
      AWS_REGION: registry.region,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SSM: addresses.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: addresses.url,
    };
  }

  /** Lets the journal copy what was written since the last time, as the stream of the table would tell it. */
  public async copyAuditRecords(): Promise<void> {
    const written = this.registry.bench.dynamodb.writes.flat().filter(({ table }) => table === AUDIT_TABLE).slice(this.copied);
    this.copied += written.length;
    const Records = written.flatMap(({ after }, place) => after === undefined ? [] : [{
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: String(place + 1),
        Keys: { pk: { S: after.pk }, sk: { S: after.sk } },
        NewImage: { record: { S: after.record }, hash: { S: after.hash } },
      },
    }]);
    Object.assign(process.env, SOMEBODY, this.services());
    const answer = await journal({ Records }, {
      s3: new AwsAccess({}, async () => '').s3(this.registry.region),
      events: { send: async () => ({ FailedEntryCount: 0 }) },
      bucket: this.registry.address.auditBucket,
      eventBus: 'bus',
      environment: 'test',
      runbook: 'Read docs/runbook.md.',
      now: Date.now,
      write: () => undefined,
      warn: (message, details) => { throw new Error(`${message}: ${JSON.stringify(details)}`); },
      count: () => undefined,
    });
    if (answer.batchItemFailures.length > 0) {
      throw new Error('a record was not copied');
    }
  }

  public async stop(): Promise<void> {
    await Promise.all([this.registry.stop(), this.s3.stop(), this.addresses.stop()]);
  }
}
