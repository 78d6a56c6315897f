import { DiffView, Difference, HeadView, VersionView } from './contract';
import { Head, Version } from './model-state';

type Use = NonNullable<VersionView['usedAs']>[number];

/** What everybody who may read sees of a version: not by which id its registrant is known. */
export function versionView({ registrantPerson: _hidden, ...version }: Version): VersionView {
  return version;
}

/** A version with where it is used now. */
export function usedView(version: Version, { production, history, holds }: Head): VersionView {
  const { revision } = version;
  const usedAs: Use[] = [
    ...(production?.revision === revision ? ['production' as const] : []),
    ...(history.some((each) => each.revision === revision) ? ['history' as const] : []),
    ...new Set(holds.filter((each) => each.revision === revision).map(({ as }) => as)),
  ];
  return { ...versionView(version), usedAs };
}

export function headView(model: string, { rev, production, history, holds }: Head): HeadView {
  return { model, rev, ...(production === undefined ? {} : { production }), history, holds };
}

/** Field by field what is not the same, by name. The revisions differ anyway. */
export function diffView(model: string, from: Version, to: Version): DiffView {
  const [before, after] = [from, to].map((version) => new Map(fieldsOf(versionView(version))));
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => name !== 'revision').sort();
  const differences = names.flatMap((field): Difference[] => {
    const [one, other] = [before.get(field), after.get(field)];
    return JSON.stringify(one) === JSON.stringify(other) ? []
      : [{ field, ...(one === undefined ? {} : { from: one }), ...(other === undefined ? {} : { to: other }) }];
  });
  return { model, from: from.revision, to: to.revision, differences };
}

type Value = NonNullable<Difference['from']>;

function fieldsOf(record: object, prefix = ''): [string, Value][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]): [string, Value][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? fieldsOf(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value as Value]]);
}
