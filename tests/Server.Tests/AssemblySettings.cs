using Attune.Server.Tests;

// One server, loaded once, answers all tests in memory; some of them take all of its places.
[assembly: AssemblyFixture(typeof(ServerFixture))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
