import { Command } from 'commander';
import { findApi } from '../cli/api-address';
import { ApiWhereabouts, withWhereabouts } from '../cli/api-options';
import { CommandSession, SharedOptions } from '../cli/command-session';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure, usage } from '../cli/failure';
import { deployedAt, OpenApiDocument, openApiDocuments } from '../cli/open-api';
import { apiNameArgument } from '../cli/options';
import { World } from '../cli/world';

interface OpenApiOptions extends SharedOptions, ApiWhereabouts {
  readonly assembly: string;
}

export function addOpenApi(api: Command, world: World): void {
  const command = api.command('openapi').summary('the OpenAPI 3 document of an API')
    .description('Prints the OpenAPI 3.0 document of an API of a cloud assembly: what was synthesized, with every problem that a caller can meet. Hosts are '
      + 'placeholders, since only a deployment has them; name the deployed API, and they are filled in.')
    .optionsGroup('Which document:')
    .option('--assembly <folder>', 'what cdk synth wrote', 'cdk.out')
    .option('--api <name>', 'the name of the API, where the assembly has several', apiNameArgument);
  withWhereabouts(command, 'hosts stay placeholders')
    .option('--profile <name>', 'the profile of the AWS configuration')
    .optionsGroup('How it answers:')
    .option('--json', 'failures as one line of JSON on stderr; the document is JSON anyway')
    .option('--debug', 'stack traces on stderr')
    .action((options: OpenApiOptions) => openApi(new CommandSession(world, options)));
  example(command, 'mlp api openapi --stack MlInferenceApi > openapi.json');
}

async function openApi(session: CommandSession<OpenApiOptions>): Promise<void> {
  const { assembly, api, ...whereabouts } = session.options;
  const document = chosen(await openApiDocuments(assembly), assembly, api);
  const { url, stack, parameter } = whereabouts;
  if ([url, stack, parameter].every((way) => way === undefined)) {
    session.terminal.json(document);
    return;
  }
  const found = await session.progress('looking for the API', () => findApi(session.aws, whereabouts));
  if (found.address !== undefined && found.address.name !== document.info.title) {
    throw new Failure(ExitCode.CONFLICT, 'ANOTHER_API',
      `${found.foundBy} is the address of ${found.address.name}, and the document is that of ${document.info.title}; name the right one (--api)`);
  }
  session.terminal.json(deployedAt(document, found));
}

function chosen(documents: readonly OpenApiDocument[], assembly: string, name?: string): OpenApiDocument {
  const names = documents.map(({ info }) => info.title).join(', ');
  const fitting = documents.filter(({ info }) => name === undefined || info.title === name);
  if (fitting.length === 0) {
    throw new Failure(ExitCode.NOT_FOUND, 'NO_API', documents.length === 0 ? `the cloud assembly ${assembly} has no inference API`
      : `the cloud assembly ${assembly} has no inference API ${name}; it has ${names}`);
  }
  if (fitting.length > 1) {
    throw usage(`the cloud assembly ${assembly} has several inference APIs: ${names}; name one (--api)`
      + (name === undefined ? '' : ', and the folder of one stage (--assembly)'));
  }
  return fitting[0];
}
