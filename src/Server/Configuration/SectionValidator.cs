using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>Checks the annotations of an options class; messages name the full key, the rule and the value given.</summary>
/// <param name="section">Path of the section that the options are bound to.</param>
internal sealed class SectionValidator<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var failures = new List<string>();
        foreach (var property in typeof(TOptions).GetProperties().Where(property => property.CanWrite))
        {
            var value = property.GetValue(options);
            var results = new List<ValidationResult>();
            var context = new ValidationContext(options) { MemberName = property.Name, DisplayName = $"{section}:{property.Name}" };
            Validator.TryValidateProperty(value, context, results);
            failures.AddRange(results.Select(result => $"{result.ErrorMessage} Given: '{value}'."));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
