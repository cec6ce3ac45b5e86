using Attune.Recognition.Language;

namespace Attune.Server.Domains;

/// <summary>What a domain's requests are searched with.</summary>
/// <param name="Model">Language model; null for none.</param>
/// <param name="Hotwords">Boosted in all of its requests.</param>
/// <remarks>Immutable.</remarks>
internal sealed record DomainLanguage(LanguageModel? Model, IReadOnlyList<Hotword> Hotwords);
