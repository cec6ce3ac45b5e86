using Attune.Fuzzing;

return FuzzCommand.Create().Parse(args).Invoke();
