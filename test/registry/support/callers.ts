/** Somebody whom IAM knows, as API Gateway tells a handler: `requestContext.authorizer.iam`. */
export interface Caller {
  readonly accessKey: string;
  readonly accountId: string;
  readonly callerId: string;
  readonly userId: string;
  readonly userArn: string;
  readonly cognitoIdentity: null;
  readonly principalOrgId: string;
}

export const ACCOUNT = '111122223333';
/** A role whose session names an identity provider chooses. */
export const TRUSTED_ROLE = 'AWSReservedSSO_DataScientist_0123456789abcdef';

/** An assumed role. Who assumes a role chooses the session's name. */
export function session(role: string, name: string, accountId = ACCOUNT): Caller {
  const roleId = `AROA${idOf(`${accountId}/${role}`)}`;
  return caller('ASIA', accountId, `${roleId}:${name}`, `arn:aws:sts::${accountId}:assumed-role/${role}/${name}`);
}

/** A person who came in by single sign-on. */
export function person(name: string): Caller {
  return session(TRUSTED_ROLE, name);
}

export function user(name: string, accountId = ACCOUNT): Caller {
  return caller('AKIA', accountId, `AIDA${idOf(`${accountId}/${name}`)}`, `arn:aws:iam::${accountId}:user/${name}`);
}

export function root(accountId = ACCOUNT): Caller {
  return caller('AKIA', accountId, accountId, `arn:aws:iam::${accountId}:root`);
}

export function federated(name: string, accountId = ACCOUNT): Caller {
  return caller('ASIA', accountId, `${accountId}:${name}`, `arn:aws:sts::${accountId}:federated-user/${name}`);
}

function caller(prefix: string, accountId: string, userId: string, userArn: string): Caller {
  const accessKey = `${prefix}${idOf(userArn)}`;
  return { accessKey, accountId, callerId: userId, userId, userArn, cognitoIdentity: null, principalOrgId: 'o-abcdefghij' };
}

/** 16 capital letters and digits that are the same for the same name. */
function idOf(name: string): string {
  let hash = 7n;
  for (const character of name) {
    hash = (hash * 31n + BigInt(character.codePointAt(0) ?? 0)) % (36n ** 16n);
  }
  return hash.toString(36).toUpperCase().padStart(16, '0');
}
