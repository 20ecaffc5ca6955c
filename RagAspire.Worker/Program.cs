using RagAspire.Worker.Commands;

return await CommandLine.RunAsync(args);
