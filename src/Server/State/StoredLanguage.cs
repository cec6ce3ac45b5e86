using Attune.Recognition.Language;

namespace Attune.Server.State;

/// <summary>What a domain was told of its language, as it is stored.</summary>
/// <param name="Time">When.</param>
/// <param name="Expires">When it is gone.</param>
/// <param name="Text">A sentence a line; empty for none.</param>
/// <param name="Hotwords">Phrases with boosts.</param>
/// <remarks>Immutable. The text may be personal data: it is never logged.</remarks>
internal sealed record StoredLanguage(DateTimeOffset Time, DateTimeOffset Expires, string Text, IReadOnlyList<Hotword> Hotwords);
