/** The environment that the AWS SDK reads, for the tests of a file; what was there before is there again afterwards. */
export function withAwsEnvironment(environment: () => Readonly<Record<string, string | undefined>>): void {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_SSM', 'AWS_ENDPOINT_URL_CLOUDFORMATION', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'];
  const before = new Map(names.map((name) => [name, process.env[name]]));

  beforeEach(() => {
    set({ ...Object.fromEntries(names.map((name) => [name, undefined])), ...NOBODY, ...environment() });
  });
  afterAll(() => set(Object.fromEntries(before)));
}

/** Nothing of this machine: no files, no instance. */
export const NOBODY = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Somebody, with keys that no AWS account has. */
export const SOMEBODY = { ...NOBODY, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };

function set(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
}
