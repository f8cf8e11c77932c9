// fabric-shim reads its log level while it is loaded, and prints every refusal as an error of its own format on stdout.
process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= 'CRITICAL';
