import { createHash, randomUUID } from 'node:crypto';
import { PutImageCommand } from '@aws-sdk/client-ecr';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { Moto } from './support/moto';

/** Where moto is not AWS, as AWS documents itself. A test that fails here is good news: strike its line from README.md. */
const moto = new Moto();
const name = `gaps-${randomUUID().slice(0, 8)}`;
beforeAll(async () => {
  await moto.createTable(name);
  await moto.createBucket(name);
  await moto.createRepository(name);
});

describe('DynamoDB', () => {
  const add = (ClientRequestToken: string, sk: string) => moto.dynamodb.send(new TransactWriteCommand({
    ClientRequestToken,
    TransactItems: [{
      Update: {
        TableName: name,
        Key: { pk: 'token', sk },
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':one': 1 },
      },
    }],
  }));

  test('a transaction with the same ClientRequestToken is done again', async () => {
    await add('same', 'one');
    await add('same', 'one');
    const { Item: item } = await moto.dynamodb.send(new GetCommand({ TableName: name, Key: { pk: 'token', sk: 'one' } }));
    expect(item?.count).toBe(2);
  });

  test('another transaction with that token is taken', async () => {
    await expect(add('same', 'two')).resolves.toBeDefined();
  });

  test('a transaction of more than 4 MB is taken', async () => {
    const TransactItems = Array.from({ length: 12 }, (_each, place) =>
      ({ Put: { TableName: name, Item: { pk: 'large', sk: String(place), text: 'x'.repeat(390_000) } } }));
    await expect(moto.dynamodb.send(new TransactWriteCommand({ TransactItems }))).resolves.toBeDefined();
  });

  test('a page that its limit ends names no last key when nothing comes after it', async () => {
    await moto.dynamodb.send(new PutCommand({ TableName: name, Item: { pk: 'page', sk: 'one' } }));
    const page = await moto.dynamodb.send(new QueryCommand({
      TableName: name, KeyConditionExpression: '#pk = :pk', ExpressionAttributeNames: { '#pk': 'pk' }, ExpressionAttributeValues: { ':pk': 'page' }, Limit: 1,
    }));
    expect([page.Count, page.LastEvaluatedKey]).toEqual([1, undefined]);
  });

  test('a value that no expression uses is taken', async () => {
    await expect(moto.dynamodb.send(new PutCommand({
      TableName: name,
      Item: { pk: 'unused', sk: 'one' },
      ConditionExpression: 'attribute_not_exists(#pk) OR #pk = :a',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':a': '1', ':b': '2' },
    }))).resolves.toBeDefined();
  });

  test('the policy of a table forbids nothing', async () => {
    await moto.forbid(name, 'dynamodb:PutItem');
    await expect(moto.dynamodb.send(new PutCommand({ TableName: name, Item: { pk: 'forbidden', sk: 'one' } }))).resolves.toBeDefined();
  });

  test('a stream says that it is in another Region', async () => {
    expect((await moto.stream(name)).Records[0]).toMatchObject({ awsRegion: 'us-east-1' });
  });
});

describe('S3', () => {
  const put = (Key: string, more: object = {}) => moto.s3.send(new PutObjectCommand({ Bucket: name, Key, Body: 'one', ...more }));

  test('says no ChecksumType, so whether a checksum is of the whole object', async () => {
    await put('checksum', { ChecksumAlgorithm: 'SHA256' });
    const head = await moto.s3.send(new HeadObjectCommand({ Bucket: name, Key: 'checksum', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ChecksumSHA256: createHash('sha256').update('one').digest('base64') });
    expect(head.ChecksumType).toBeUndefined();
  });

  test('takes an object with the checksum of another', async () => {
    await expect(put('wrong', { ChecksumSHA256: createHash('sha256').update('two').digest('base64') })).resolves.toBeDefined();
  });
});

describe('ECR', () => {
  const manifest = (layer: string) => JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 1, digest: `sha256:${'c'.repeat(64)}` },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1, digest: `sha256:${layer.repeat(64)}` }],
  });
  const put = async (layer: string, imageTag: string, imageDigest?: string) => {
    const imageManifest = manifest(layer);
    const { image } = await moto.ecr.send(new PutImageCommand({ repositoryName: name, imageManifest, imageTag, imageDigest }));
    return image?.imageId?.imageDigest ?? '';
  };

  test('the digest of an image is not the SHA-256 of its manifest', async () => {
    expect(await put('a', 'a')).not.toBe(`sha256:${createHash('sha256').update(manifest('a')).digest('hex')}`);
  });

  test('an image is taken under a digest that is not its own', async () => {
    await expect(put('b', 'b', await put('d', 'd'))).resolves.toBeDefined();
  });

  test('a tag that may not move is refused by another name than in AWS', async () => {
    await put('1', 'release-1');
    await expect(put('2', 'release-1')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
  });
});

test('EventBridge takes events in the name of AWS', async () => {
  const { FailedEntryCount } = await moto.events.send(new PutEventsCommand({ Entries: [{ Source: 'aws.sagemaker', DetailType: 'any', Detail: '{}' }] }));
  expect(FailedEntryCount).toBe(0);
});
