/** One compute environment of a queue, in the order in which Batch tries them. */
export interface QueueEnvironment {
  readonly id: string;
  readonly spot: boolean;
  /** The prop that says how large it may grow, for messages. */
  readonly prop: string;
  readonly maxVcpus: number;
}

/** Machines at the spot price. */
export function spot(maxVcpus: number, prop = 'maxVcpus'): QueueEnvironment {
  return { id: 'Spot', spot: true, prop, maxVcpus };
}

/** Machines at the full price. */
export function onDemand(maxVcpus: number, prop = 'maxVcpus'): QueueEnvironment {
  return { id: 'OnDemand', spot: false, prop, maxVcpus };
}
