const { createHash } = require('node:crypto');

/** Instead of a module of a package, the one that the worker has already: see worker-environment.ts. */
const code = "module.exports = globalThis[Symbol.for('packages of a worker')](__filename);";

exports.process = () => ({ code });
exports.getCacheKey = (_source, file) => createHash('sha256').update(`${code}${file}`).digest('hex');
