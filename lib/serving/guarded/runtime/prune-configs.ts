import { DescribedEndpoint } from '../../runtime/described-endpoint';
import { prune, Pruned, PruneWorld, whyMoving } from '../../runtime/prune';

/** The newest so many configurations of an endpoint stay: what they were made for may have failed. */
const KEPT_CONFIGS = 3;

/** After which deployment, and of which endpoint. */
export interface PruneOrder {
  readonly endpointName: string;
  readonly wantedConfig: string;
  /** What CloudFormation goes back to if the rest of the stack fails. */
  readonly previousConfig: string;
}

/**
 * What CloudFormation may turn to is never a candidate: the configuration it has just made is the newest, the one it would go
 * back to is `previousConfig`, and any other was replaced at least a day ago.
 */
export function pruneConfigs(
  { endpointName, wantedConfig, previousConfig }: PruneOrder, world: PruneWorld, pruned: Pruned,
): Promise<void> {
  const needed = [wantedConfig, previousConfig].map((name) => name.toLowerCase());
  return prune({
    endpointName,
    configsLike: commonPart(wantedConfig),
    modelsLike: async () => (await world.sagemaker.modelsOf(wantedConfig) ?? []).map(commonPart),
    isNeeded: (name) => needed.includes(name.toLowerCase()),
    kept: KEPT_CONFIGS,
    unrest: (endpoint) => whyNotAtRest(endpoint, wantedConfig),
  }, world, pruned);
}

function whyNotAtRest(endpoint: DescribedEndpoint | undefined, wantedConfig: string): string | undefined {
  if (endpoint === undefined) {
    return 'is gone';
  }
  const { configName = 'nothing' } = endpoint;
  return whyMoving(endpoint) ?? (configName !== wantedConfig ? `serves ${configName} and not ${wantedConfig}` : undefined);
}

/**
 * What the names have in common that CloudFormation makes for one resource: all but the random end. It keeps the list short
 * in an account with many endpoints. Were it wrong, too little would be found and nothing deleted by mistake: the tag decides.
 */
function commonPart(name: string): string {
  const end = name.lastIndexOf('-');
  return end > 0 ? name.slice(0, end + 1) : name;
}
