import { Command, InvalidArgumentError } from 'commander';
import { ApiOptions, SECRET_VARIABLE, TOKEN_VARIABLE, withAnswerOptions, withClientOptions } from '../cli/api-options';
import { ApiSession } from '../cli/api-session';
import { example } from '../cli/example';
import { each } from '../cli/options';
import { World } from '../cli/world';

interface TokenOptions extends ApiOptions {
  readonly scope?: readonly string[];
}

export function addToken(api: Command, world: World): void {
  const command = api.command('token').summary('an access token of a client, on stdout')
    .description('Asks for an access token with the client\'s secret, and prints the token to stdout, and nowhere else: whoever has it is the client until it is '
      + `over. Each token is billed. The secret comes from ${SECRET_VARIABLE}, or from Cognito with AWS credentials; it is never printed.`)
    .optionsGroup('What it is for:')
    .option('--scope <scope>', 'such as models/churn:invoke; may be given several times (default: all scopes of the client)', each(scopeArgument))
    .action((options: TokenOptions) => token(new ApiSession(world, options)));
  example(withAnswerOptions(withClientOptions(command)), 'mlp api token --client payments --scope models/churn:invoke',
    `export ${TOKEN_VARIABLE}="$(mlp api token --client payments)"`);
}

async function token(session: ApiSession<TokenOptions>): Promise<void> {
  const { token: accessToken, expiresInSeconds, scopes } = await session.token(session.options.scope ?? []);
  session.show({ accessToken, expiresInSeconds, scopes }, () => {
    session.terminal.say(accessToken);
    session.terminal.note(`valid for ${Math.floor(expiresInSeconds / 60)} minutes, for ${scopes.join(' ') || 'every scope of the client'}`);
  });
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
function scopeArgument(text: string): string {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(text)) {
    throw new InvalidArgumentError('It must be one scope, without spaces.');
  }
  return text;
}
