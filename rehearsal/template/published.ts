/** Numbers of versions over all deployments of a rehearsal: what is published anew gets the next, and none comes again. */
export class Published {
  private readonly byOwner = new Map<string, string[]>();

  /** @param what the same for as long as it is the same version */
  public number(owner: string, what: string): number {
    const known = this.byOwner.get(owner) ?? [];
    this.byOwner.set(owner, known);
    if (!known.includes(what)) {
      known.push(what);
    }
    return known.indexOf(what) + 1;
  }
}
