namespace Attune.Facts;

/// <summary>What the people of a world are called.</summary>
internal enum NameKind
{
    /// <summary>A first and a last name, both shared with others: who is meant is known by which two words are there.</summary>
    Pair,

    /// <summary>
    /// Four of five syllables, in an order: others have the same four in another order, and one other the first three. Who is meant is known by the order alone, and not before the last.
    /// </summary>
    Ordered,
}
