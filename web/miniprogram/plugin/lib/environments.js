/**
 * Where the servers are. An operator puts the own addresses here; each must be listed as a request domain of the plugin.
 * `com` and `cn` are the names that existing hosts use for production and sandbox.
 */
module.exports = {
  com: 'https://contracts.example.com',
  cn: 'https://sandbox.contracts.example.com',
};
