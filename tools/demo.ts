import { demonstrate } from './demonstrate';
import { demonstrateReleases } from './demonstrate-releases';
import { completeReferenceApp } from './reference-app';

async function demo(): Promise<number> {
  const judged = demonstrate(completeReferenceApp, console.log);
  return judged === 0 ? demonstrateReleases(completeReferenceApp, 'MlRelease', console.log) : judged;
}

void demo().then((code) => { process.exitCode = code; });
