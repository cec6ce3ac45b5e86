namespace Attune.Text;

/// <summary>Why a text cannot be used. The names are stable: they serve as machine-readable labels.</summary>
public enum TextError
{
    /// <summary>There is nothing in it.</summary>
    Empty,

    /// <summary>It is not valid Unicode: bytes that are no UTF-8, or half of a surrogate pair.</summary>
    InvalidUnicode,

    /// <summary>It has more tokens than the model reads at once.</summary>
    TooLong,

    /// <summary>The model is of another family than the operation needs.</summary>
    WrongModel,
}
