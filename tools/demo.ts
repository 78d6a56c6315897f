import { demonstrate } from './demonstrate';
import { completeReferenceApp } from './reference-app';

process.exitCode = demonstrate(completeReferenceApp, console.log);
