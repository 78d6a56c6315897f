import * as z from 'zod';
import { Actor } from './model-state';
import { NotDone } from './problem';

/** What API Gateway knows of a caller whose signature it has checked: `requestContext.authorizer.iam`. */
export const Identity = z.object({
  accountId: z.string(),
  userArn: z.string(),
  userId: z.string(),
});
export type Identity = z.infer<typeof Identity>;

const USER = /^arn:aws[a-z-]*:iam::\d{12}:user\/[\w+=,.@/-]+$/;
const USER_ID = /^AIDA[A-Z0-9]+$/;
const ASSUMED_ROLE = /^(arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([\w+=,.@-]+))\/([\w+=,.@-]+)$/;
const ROLE_ID = /^(AROA[A-Z0-9]+):([\w+=,.@-]+)$/;

/**
 * Who acts, as far as IAM vouches for it. Who assumes a role chooses the name of the session, so all sessions of a role are
 * one person, unless the role is one of those whose session names somebody else chooses, such as an identity provider; then
 * the name is the person, whichever of these roles they came through.
 */
export function actorOf(identity: Identity | undefined, trustedRoles: readonly string[], ownAccount: string): Actor {
  if (identity === undefined) {
    throw new NotDone('UNKNOWN_ACTOR', 'the request is not signed by anybody whom IAM knows; sign it with AWS credentials (SigV4)');
  }
  const { userArn, userId } = identity;
  if (USER.test(userArn) && USER_ID.test(userId)) {
    return { arn: userArn, person: `user:${userId}` };
  }
  const [, roleArn, account, role, name] = ASSUMED_ROLE.exec(userArn) ?? [];
  const [, roleId, nameInId] = ROLE_ID.exec(userId) ?? [];
  if (roleArn === undefined || roleId === undefined || name !== nameInId) {
    throw new NotDone('UNKNOWN_ACTOR', 'only IAM users and assumed roles can use the registry, not the root user or a federated user; '
      + 'assume a role');
  }
  // a role of that name in another account is anybody's
  return trustedRoles.includes(role) && account === ownAccount
    ? { arn: userArn, person: `session:${name.toLowerCase()}` } : { arn: roleArn, person: `role:${roleId}` };
}
