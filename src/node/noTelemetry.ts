// onnxruntime's library reports its use to its maker unless it finds this when it loads. Processes started from here inherit it.
process.env.ORT_DISABLE_TELEMETRY = '1'
