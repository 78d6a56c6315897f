import { Scenario } from './scenario';

const FAILING = { errorPercent: [{ afterMinutes: 0, value: 0.2 }, { afterMinutes: 12, value: 7 }] };

/** The four that `mlp rehearse` knows by name. */
export class Scenarios {
  /** Everything goes well. */
  public static healthy(): Scenario {
    return {
      name: 'healthy',
      story: 'The candidate is as good as stable: every stage is healthy, and it is promoted.',
      stable: { errorPercent: 0.2 },
      candidate: { errorPercent: 0.2 },
    };
  }

  /** The candidate begins to fail in its first stage. */
  public static errors(): Scenario {
    return {
      name: 'errors',
      story: 'Twelve minutes after its first request the candidate fails 7 % of its requests: traffic goes back to stable.',
      stable: { errorPercent: 0.2 },
      candidate: FAILING,
    };
  }

  /** SageMaker gives up on the candidate and does not say so. */
  public static silentRollback(): Scenario {
    return {
      name: 'silent-rollback',
      story: 'The update that installs the candidate ends InService on the old configuration, without a reason.',
      updates: [{ do: 'silent-rollback', operation: 'UpdateEndpoint' }],
    };
  }

  /** Somebody throws the switch while the candidate has traffic. */
  public static emergencyStop(): Scenario {
    return {
      name: 'emergency-stop',
      story: 'Somebody throws the emergency stop while the candidate has traffic; nothing starts until another person clears it.',
      acts: [
        { atMinutes: 5, do: 'start' },
        { do: 'stop', by: 'carol', when: ({ candidatePercent, state, minutes }) => candidatePercent > 0 && state === 'RUNNING' && minutes > 20 },
        { do: 'start', revision: 3, when: ({ outcome }) => outcome === 'ABORTED' },
        { do: 'clear', by: 'carol', when: ({ answers }) => answers.at(-1)?.do === 'start' && answers.length > 2 },
        { do: 'clear', by: 'bob', when: ({ answers }) => answers.at(-1)?.do === 'clear' },
      ],
    };
  }

  /** All, by name. */
  public static named(): Readonly<Record<string, Scenario>> {
    return Object.fromEntries([Scenarios.healthy(), Scenarios.errors(), Scenarios.silentRollback(), Scenarios.emergencyStop()]
      .map((scenario) => [scenario.name ?? '', scenario]));
  }
}
