/** Rehearsals of releases: `cdk-ml-platform/rehearsal`. Bundled with everything it needs; not part of the jsii library. */
export { htmlOf, type HtmlOptions } from './html/page';
export { Rehearsal, RehearsalFailed, type RehearsalOptions } from './rehearsal';
export { Scenarios } from './scenarios';
export { timelineOf, type TimelineOptions } from './timeline';
export type { Hands, Moment } from './hands';
export type { AlarmEntry, AnswerEntry, CallEntry, Counts, PageEntry, RehearsalResult, ReleaseResult, TimelineEntry, WeightsEntry } from './result';
export type { Act, CallFault, EventFault, MetricFault, Outage, Scenario, Step, UpdateFault, VersionBehaviour } from './scenario';
export type { Switches } from './switches';
