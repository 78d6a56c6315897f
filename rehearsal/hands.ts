/** What somebody who looks at the account would see now. */
export interface Moment {
  /** Since the beginning. */
  readonly minutes: number;
  /** Of the live or the last release; absent before the first. */
  readonly state?: string;
  readonly stage?: number;
  readonly releaseId?: string;
  /** Why it goes back. */
  readonly latch?: string;
  readonly outcome?: string;
  readonly endpointStatus?: string;
  /** Share of requests that the candidate gets now, in percent. */
  readonly candidatePercent: number;
  /** What people were answered so far. */
  readonly answers: readonly { readonly do: string; readonly status: number }[];
}

/** What may happen to an account that no handler does. */
export interface Hands {
  readonly moment: Moment;
  /** The names of the template's alarms. */
  readonly alarms: readonly string[];
  readonly model: { readonly tenant: string; readonly model: string };
  /** Maintenance: the endpoint is `SystemUpdating`. */
  lockEndpoint(seconds: number): void;
  /** Somebody else updates the endpoint, to a configuration of their own. */
  updateEndpointBehindItsBack(): void;
  /** Somebody else sets weights, or somebody or Application Auto Scaling the number of instances of one slot. */
  setSlot(slot: string, wanted: { readonly weight?: number; readonly instances?: number }): void;
  /** The artifact or the image of a revision is deleted. */
  loseModelData(revision: number, what: 'artifact' | 'image'): void;
  /** Another version is registered and approved; answers its revision. */
  registerVersion(): Promise<number>;
  /** Somebody stops the newest running execution in the console. */
  stopExecution(): void;
  /** The switch is gone, or holds what makes no sense. */
  breakStopSwitch(value?: string): void;
  /** A person sets an alarm, as by `aws cloudwatch set-alarm-state`. */
  setAlarm(name: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): void;
  /** A deployment or a person defines an alarm anew, as `PutMetricAlarm` does; its state stays. Nothing: it is deleted. */
  defineAlarm(name: string, changed?: Readonly<Record<string, unknown>>): void;
  /** A request of a person to the model registry, such as `POST /tenants/default/models/m/versions/2/revoke`. */
  registry(
    by: string, method: string, path: string, body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}
