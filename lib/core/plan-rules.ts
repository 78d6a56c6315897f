import { Complaint } from './complaint';

/**
 * Numbers and plans, by the same contract as the rules for names (name-rules.ts): nothing when fine, otherwise the rule
 * and the way out.
 */

/** SageMaker holds weights as 32-bit floats, in which a weight below this would vanish. */
const SMALLEST_WEIGHT = 0.01;
const SUM_TOLERANCE = 0.000001;
/** More variants than SageMaker has, more stages than a person would plan: longer lists are not read. */
const LONGEST_LIST = 1000;

/** The shares of traffic of all variants, in percent. */
export function weights(value: unknown): Complaint {
  const shares = numbers(value);
  if (shares === undefined || !shares.every((share) => share === 0 || (share >= SMALLEST_WEIGHT && share <= 100))) {
    return `must be percents, each 0 or from ${SMALLEST_WEIGHT} to 100`;
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  return Math.abs(sum - 100) <= SUM_TOLERANCE ? undefined : `must add up to 100 percent, and they add up to ${sum}`;
}

/** The shares of requests that a new version gets, stage by stage. 0 would be a shadow and 100 the promotion. */
export function stagePercents(value: unknown): Complaint {
  const shares = numbers(value);
  if (shares === undefined || !shares.every((share) => share > 0 && share < 100)) {
    return 'must be a list of percents above 0 and below 100; a shadow stage is 0 and the promotion is 100 already';
  }
  return shares.every((share, index) => index === 0 || share > shares[index - 1])
    ? undefined : 'must rise from stage to stage; remove or reorder a stage';
}

/** A share above which something happens, in percent. */
export function percentThreshold(value: unknown): Complaint {
  return isNumber(value) && value > 0 && value <= 100 ? undefined : 'must be a number above 0 and at most 100; write 2 for 2 %';
}

/** The capacity that one action may move. Past a quarter the rest of the fleet feels it. */
export function capacityChange(value: unknown): Complaint {
  return isNumber(value) && value > 0 && value <= 25
    ? undefined : 'must be a percent above 0 and at most 25; move capacity in more, smaller steps';
}

/** ISO 8601, days to seconds. Months and years have no fixed length. */
export function durationText(value: unknown): Complaint {
  const parts = typeof value === 'string' && value.length <= 64
    ? /^P(?:([0-9]{1,9})D)?(T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?$/.exec(value) : null;
  const [, days, , ...time] = parts ?? [];
  return [days, ...time].some((part) => Number(part ?? 0) > 0)
    ? undefined : 'must be a duration of days, hours, minutes and seconds above zero; write PT30M, PT2H or P7D';
}

/** The alarms that roll an endpoint back: names, not ARNs. */
export function rollbackAlarms(value: unknown): Complaint {
  const names = elements(value) ?? [];
  if (names.length < 1 || names.length > 10) {
    return 'must name 1 to 10 alarms; combine alarms with metric math';
  }
  if (!names.every((name) => typeof name === 'string' && name.length <= 255 && name.trim() !== '')) {
    return 'must be alarm names of 1 to 255 characters that are not blank';
  }
  return new Set(names).size === names.length ? undefined : 'must name each alarm once; remove the repetition';
}

/** How many tags a resource has, those that this library adds included. */
export function tagCount(value: unknown): Complaint {
  return isNumber(value) && value <= 50 ? undefined : 'must be at most 50 tags, those of this library included; remove some';
}

/** The numbers of a list that is not empty; nothing if something else is among them. */
function numbers(value: unknown): readonly number[] | undefined {
  const list = elements(value);
  return list !== undefined && list.length > 0 && list.every(isNumber) ? list : undefined;
}

/** The elements of a list, each read once; nothing if it is no list, too long, or its own code gets in the way. */
function elements(value: unknown): readonly unknown[] | undefined {
  try {
    if (!Array.isArray(value)) {
      return undefined;
    }
    const { length } = value;
    return length <= LONGEST_LIST ? Array.from({ length }, (_, index): unknown => value[index]) : undefined;
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
