using Attune.Recognition.Acoustic;

namespace Attune.Server.State;

/// <summary>What revisions depend on, and what of the store is theirs.</summary>
/// <param name="Keys">Keys of the model and the parameter set.</param>
/// <param name="ModelSha256">The model.</param>
/// <param name="Set">The parameter set.</param>
/// <param name="Layout">That set in that model: the instance that sessions and updates use.</param>
/// <param name="RoundSize">Utterances of an update; 0 if domains do not learn.</param>
internal sealed record StateScope(RedisKeys Keys, string ModelSha256, ParameterSet Set, ParameterLayout Layout, int RoundSize);
