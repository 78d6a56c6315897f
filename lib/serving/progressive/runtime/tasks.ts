import * as z from 'zod';
import { ClerkTask, JudgeTask, PruneTask, RecoverTask, RestoreRequest, WRITER_EVENTS, WriterTask } from './contract';
import { parsed } from '../../../core/runtime/cloudformation-request';

/** What the handlers are asked, judged before anything is done with it. */

const Text = z.string().min(1).max(256);
const Time = z.iso.datetime({ offset: true });
const Name = { endpoint: Text, releaseId: Text };

/** JSON as a text. What an input transformer makes of such a text no page says (U160), so that the object itself is taken too. */
const JsonText = z.union([z.string(), z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value))]);

const Clerk: z.ZodType<ClerkTask | RecoverTask> = z.discriminatedUnion('do', [
  z.object({ do: z.enum(['begin', 'close', 'halt']), ...Name, at: Time }),
  z.object({ do: z.literal('recover'), input: JsonText, status: Text, at: Time }),
]);
const Writer: z.ZodType<WriterTask> = z.object({ do: z.enum(['install', 'shift', 'finish', 'restore', 'tidy']), ...Name, at: Time });
const Judge: z.ZodType<JudgeTask> = z.object({ do: z.literal('judge'), ...Name, since: Time, at: Time });
const Prune: z.ZodType<PruneTask> = z.object({ do: z.literal('prune'), ...Name, at: Time });
const Restore: z.ZodType<RestoreRequest> = z.object({ do: z.literal('restore-now'), ...Name });

const AlarmEvent = z.object({
  'source': z.literal(WRITER_EVENTS.alarm.source),
  'detail-type': z.literal(WRITER_EVENTS.alarm.detailType),
  'time': Time,
  'detail': z.object({ alarmName: Text, state: z.object({ value: z.string() }) }),
});
const StopEvent = z.object({ 'source': z.literal(WRITER_EVENTS.stop.source), 'detail-type': z.literal(WRITER_EVENTS.stop.detailType) });

/** Everything that the writer is called with. */
export type WriterCall = WriterTask | RestoreRequest
  | { readonly do: 'alarm'; readonly alarmName: string; readonly state: string; readonly at: string } | { readonly do: 'stop' };

export function clerkTask(event: unknown): ClerkTask | RecoverTask {
  return parsed(Clerk, event, 'the task of the clerk');
}

export function judgeTask(event: unknown): JudgeTask {
  return parsed(Judge, event, 'the task of the judge');
}

export function pruneTask(event: unknown): PruneTask {
  return parsed(Prune, event, 'the task of the pruner');
}

export function writerCall(event: unknown): WriterCall {
  const alarm = AlarmEvent.safeParse(event);
  if (alarm.success) {
    const { time: at, detail: { alarmName, state: { value: state } } } = alarm.data;
    return { do: 'alarm', alarmName, state, at };
  }
  if (StopEvent.safeParse(event).success) {
    return { do: 'stop' };
  }
  return parsed(z.union([Writer, Restore]), event, 'the task of the writer');
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
const Scheduled = z.object({ time: Time });

/** When EventBridge meant a look to be: the same for an event that comes twice. */
export function watchTime(event: unknown): number {
  return Date.parse(parsed(Scheduled, event, 'the event of the schedule').time);
}

const Input = z.object({ endpoint: Text, releaseId: Text });
const Nested = z.object({ recover: z.object({ input: JsonText }) });
const DEEPEST = 8;

/** The release that an execution was about, from its input: as it was started, or as it was recovered, again and again. */
export function releaseInInput(text: string): { readonly endpoint: string; readonly releaseId: string } | undefined {
  let inner = text;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const value = json(inner);
    const plain = Input.safeParse(value);
    if (plain.success) {
      return plain.data;
    }
    const nested = Nested.safeParse(value);
    if (!nested.success) {
      return undefined;
    }
    inner = nested.data.recover.input;
  }
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
