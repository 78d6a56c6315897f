import { Template } from 'aws-cdk-lib/assertions';

/** For each logical id of a template, what it waits for: by reference or by `DependsOn`. */
export function dependencies(template: Template): Map<string, Set<string>> {
  const { Resources: resources } = template.toJSON() as { Resources: Record<string, { DependsOn?: string | string[] }> };
  return new Map(Object.entries(resources).map(([id, resource]) => {
    const named = [resource.DependsOn ?? []].flat();
    return [id, new Set([...named, ...references(resource)].filter((other) => other in resources))];
  }));
}

/** Whether one resource waits for another, however far. */
export function waitsFor(template: Template, from: string, to: string): boolean {
  const graph = dependencies(template);
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of graph.get(id) ?? []) {
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  }
  return seen.has(to);
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(references);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') {
      return [inner];
    }
    if (key === 'Fn::GetAtt') {
      return [Array.isArray(inner) ? String(inner[0]) : String(inner).split('.')[0]];
    }
    return references(inner);
  });
}
