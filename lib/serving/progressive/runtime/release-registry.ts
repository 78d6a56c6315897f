import * as z from 'zod';
import { ServingProfile } from './contract';
import { holdName, numberInHold } from './names';
import { Release } from './release-state';
import { RegistryWorld } from './release-world';
import { RegistryAnswer } from '../../../registry/runtime/registry-caller';

/** As much of the registry's views as a release acts on. */
const Version = z.object({
  revision: z.number().int(),
  state: z.string(),
  image: z.string(),
  artifact: z.string(),
  artifactSha256: z.string(),
  approved: z.object({ image: z.string(), artifactSha256: z.string() }).optional(),
});
const Serving = z.object({ revision: z.number().int(), image: z.string(), artifact: z.string(), artifactSha256: z.string() });
const Hold = z.object({ revision: z.number().int(), release: z.string() });
const Head = z.object({ rev: z.number().int(), production: Serving.optional(), history: z.array(Serving), holds: z.array(Hold) });
const Done = z.object({ revision: z.number().int() });

export type RegisteredVersion = z.infer<typeof Version>;
export type RegistryHead = z.infer<typeof Head>;

/** The registry, as one endpoint uses it. Request keys carry the release, so that a repeated step happens once. */
export class ReleaseRegistry {
  constructor(private readonly profile: ServingProfile, private readonly world: RegistryWorld) {}

  public version(revision: number): Promise<RegistryAnswer<RegisteredVersion>> {
    return this.ask(`/versions/${revision}`, Version);
  }

  public head(): Promise<RegistryAnswer<RegistryHead>> {
    return this.ask('/history', Head);
  }

  public hold(release: Release): Promise<RegistryAnswer<unknown>> {
    return this.change(release, 'hold', `/versions/${release.revision}/hold`, { release: this.nameOf(release), as: 'rollout' });
  }

  public unhold(release: Release): Promise<RegistryAnswer<unknown>> {
    return this.change(release, 'unhold', `/versions/${release.revision}/unhold`, { release: this.nameOf(release) });
  }

  /**
   * Ends holds that earlier releases of the endpoint could not: they are over, since it has one at a time. Says whether there
   * were such, and are no more.
   */
  public async letGoEarlier(release: Release): Promise<boolean> {
    const head = await this.head();
    const earlier = (head.ok ? head.view.holds : []).flatMap(({ revision, release: holder }) => {
      const number = numberInHold(this.profile.endpointName, holder);
      return number !== undefined && number < release.number ? [{ ...release, revision, number }] : [];
    });
    for (const each of earlier) {
      const done = await this.unhold(each);
      if (!done.ok && done.code !== 'CONFLICT') {
        return false;
      }
    }
    return earlier.length > 0;
  }

  public promote(release: Release): Promise<RegistryAnswer<unknown>> {
    return this.change(release, 'promote', `/versions/${release.revision}/promote`, {});
  }

  /** On the condition that nothing happened in the registry since it was looked at. */
  public rollback(release: Release, expectedRev: number): Promise<RegistryAnswer<unknown>> {
    return this.change(release, `rollback-${expectedRev}`, '/rollback', { expectedRev });
  }

  private ask<T>(path: string, view: z.ZodType<T>): Promise<RegistryAnswer<T>> {
    return this.world.registry.ask({ url: this.profile.registryUrl, path: this.pathTo(path), view });
  }

  private change(
    release: Release, verb: string, path: string, said: Readonly<Record<string, unknown>>,
  ): Promise<RegistryAnswer<unknown>> {
    const { changeTicket } = release;
    const body = { ...said, ...(changeTicket === undefined ? {} : { changeTicket }) };
    return this.world.registry.ask({
      url: this.profile.registryUrl, path: this.pathTo(path), requestKey: `${this.nameOf(release)}-${verb}`, body, view: Done,
    });
  }

  private nameOf({ number }: Release): string {
    return holdName(this.profile.endpointName, number);
  }

  private pathTo(path: string): string {
    return `/tenants/${this.profile.tenant}/models/${this.profile.model}${path}`;
  }
}

/** Whether a version may be released: approved, and still what was approved. */
export function notReleasable({ revision, state, approved, image, artifactSha256 }: RegisteredVersion): string | undefined {
  if (state !== 'Approved') {
    return `version ${revision} is ${state}, and only Approved versions are released`;
  }
  return approved?.image === image && approved.artifactSha256 === artifactSha256 ? undefined
    : `version ${revision} was approved with another image or artifact than it has now`;
}
