import { CommandSession, SharedOptions } from './command-session';
import { withProgress } from './progress';
import { Service } from './service';
import { ServiceClient } from './service-client';
import { SignedHttp } from './signed-http';

// API Gateway gives up after 30 seconds, and Lambda answers at most 6 MB
const LIMITS = { patienceMs: 35_000, largestBytes: 8_000_000 };

/** A client of a service, with the credentials of whoever runs the command. */
export async function connect(
  session: CommandSession<SharedOptions>,
  service: Service,
  find: () => Promise<{ readonly url: string; readonly region: string }>,
): Promise<ServiceClient> {
  const { world, aws } = session;
  const { url, region } = await withProgress(world, `looking for the ${service.noun}`, find);
  const credentials = await withProgress(world, 'loading AWS credentials', () => aws.credentials());
  session.debug(`credentials with access key …${credentials.accessKeyId.slice(-4)}`);
  const http = new SignedHttp(url, region, () => aws.credentials(), { ...LIMITS, whose: service.noun });
  return new ServiceClient(world, service, http, url, (line) => session.debug(line));
}
