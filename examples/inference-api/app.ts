import { App, aws_s3 as s3, CfnOutput, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { api, serving } from '../../lib';

const app = new App();
const stack = new Stack(app, 'InferenceApi');

// Endpoints that are there already; those of the same app are given as they are.
const churn = serving.GuardedEndpoint.fromEndpointName(stack, 'Churn', 'churn');
const ranking = serving.GuardedEndpoint.fromEndpointName(stack, 'Ranking', 'ranking');
const documents = serving.GuardedEndpoint.fromEndpointName(stack, 'Documents', 'documents');

const models = new api.InferenceApi(stack, 'Models', {
  apiName: 'models',
  endpoints: [churn],
  routes: [
    api.ApiEndpoint.realTime(ranking, { contentTypes: ['text/csv'], accept: 'text/csv' }),
    // takes longer than the gateway waits: callers name an input, and get the place of the answer
    api.ApiEndpoint.asynchronous(documents, {
      inputs: s3.Bucket.fromBucketName(stack, 'Inputs', 'document-inputs'), contentType: 'application/pdf',
    }),
  ],
  ratePerSecond: 50,
});

// Programs that may call some of them, and people in a page who may call one.
const payments = models.addClient('payments', { endpoints: [churn, ranking], ratePerSecond: 20, quotaPerDay: 200_000 });
models.addClient('archive', { endpoints: [documents], ratePerSecond: 2, quotaPerDay: 1000 });
models.addWebClient('support', { endpoints: [churn], callbackUrls: ['https://support.example.com/signed-in'] });

new CfnOutput(stack, 'InferenceApiAddress', { value: models.address }); // mlp invoke --stack InferenceApi
new CfnOutput(stack, 'Url', { value: models.url });
new CfnOutput(stack, 'TokenUrl', { value: models.tokenUrl! }); // there is one with Cognito
new CfnOutput(stack, 'PaymentsClientId', { value: payments.clientId });
new CfnOutput(stack, 'PaymentsKeyId', { value: payments.apiKeyId });
new CfnOutput(stack, 'NotificationTopicArn', { value: models.notifications.topicRef.topicArn });

app.synth();
