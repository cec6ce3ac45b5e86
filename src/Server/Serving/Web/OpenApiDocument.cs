using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Serving.Web;

/// <summary>The OpenAPI description (3.1) of the methods that have JSON, made of the .proto files, whose comments say what everything means.</summary>
internal static partial class OpenApiDocument
{
    private const string Introduction =
        "The services of attune.v1 as JSON. Each method is also there in gRPC, with the same roles, quotas and errors. "
        + "Whole numbers of 64 bits are strings, bytes are base64, and optional fields without a value are absent.";

    /// <summary>Makes the document.</summary>
    public static JsonObject Create()
    {
        var paths = new JsonObject();
        var schemas = new Schemas();
        foreach (var method in ReadFiles().SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) continue;
            var (verb, path) = Route(rule);
            if (paths[path] is not JsonObject operations) paths[path] = operations = [];
            operations[verb] = Operation(method, path, rule.Body.Length > 0, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Attune", ["version"] = "v1", ["description"] = Introduction },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.ToJson(),
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "A key or token, where the server wants one.",
                    },
                },
            },
        };
    }

    /// <summary>The files of attune.v1 with their comments, which the generated classes do not have.</summary>
    private static IReadOnlyList<FileDescriptor> ReadFiles()
    {
        var assembly = typeof(V1.Domain).Assembly;
        FileDescriptor[] imports =
            [FileDescriptor.DescriptorProtoFileDescriptor, HttpReflection.Descriptor, AnnotationsReflection.Descriptor, DurationReflection.Descriptor, TimestampReflection.Descriptor];
        string[] names = ["adaptation", "checkpoints", "speech", "text"];
        var own = names.Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream($"{name}.protoset")!;
            return FileDescriptorSet.Parser.ParseFrom(stream).File[0].ToByteString();
        });
        var files = FileDescriptor.BuildFromByteStrings([.. imports.Select(file => file.SerializedData), .. own], new ExtensionRegistry { AnnotationsExtensions.Http });
        return [.. files.Where(file => file.Package == "attune.v1").OrderByDescending(file => file.Name, StringComparer.Ordinal)];
    }

    private static (string Verb, string Path) Route(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("get", rule.Get),
        HttpRule.PatternOneofCase.Post => ("post", rule.Post),
        HttpRule.PatternOneofCase.Delete => ("delete", rule.Delete),
        _ => throw new NotSupportedException($"No method has such a rule: {rule.PatternCase}."),
    };

    private static JsonObject Operation(MethodDescriptor method, string path, bool hasBody, Schemas schemas)
    {
        var inPath = PathFields().Matches(path).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var (summary, description) = Split(Comment(method));
        if (method.IsServerStreaming) description = $"{description}\n\nThe answer has one JSON object in each line, as it happens.".Trim();
        var parameters = new JsonArray();
        foreach (var field in method.InputType.Fields.InFieldNumberOrder().Where(field => !hasBody || inPath.Contains(field.Name)))
        {
            var isInPath = inPath.Contains(field.Name);
            parameters.Add(new JsonObject
            {
                ["name"] = isInPath ? field.Name : field.JsonName,
                ["in"] = isInPath ? "path" : "query",
                ["required"] = isInPath,
                ["description"] = Comment(field),
                ["schema"] = schemas.TypeOf(field),
            });
        }

        var operation = new JsonObject
        {
            ["operationId"] = $"{method.Service.Name}_{method.Name}",
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = summary,
            ["description"] = description,
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = Content("The answer.", schemas.Reference(method.OutputType)),
                ["default"] = Content("An error.", schemas.Reference(Google.Rpc.Status.Descriptor)),
            },
        };
        if (hasBody) operation["requestBody"] = Content(description: null, schemas.Message(method.InputType, inPath));
        return operation;
    }

    private static JsonObject Content(string? description, JsonObject schema)
    {
        var content = new JsonObject { ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } } };
        if (description is not null) content["description"] = description;
        return content;
    }

    /// <summary>What stands before a declaration, without the breaks of its lines.</summary>
    private static string Comment(DescriptorBase descriptor)
    {
        var paragraphs = (descriptor.Declaration?.LeadingComments ?? "").Split("\n\n").Select(text => string.Join(' ', text.Split('\n').Select(line => line.Trim())).Trim());
        return string.Join("\n\n", paragraphs.Where(text => text.Length > 0));
    }

    /// <summary>First sentence and what follows.</summary>
    private static (string First, string Others) Split(string text)
    {
        var end = text.IndexOfAny(['.', '\n']) is var index && index >= 0 ? index : text.Length;
        return (text[..end], text[Math.Min(end + 1, text.Length)..].Trim());
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathFields();

    /// <summary>Schemas of the messages and enumerations that were asked for, and of those that they need.</summary>
    private sealed class Schemas
    {
        private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

        public JsonObject ToJson() => new(_schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value)));

        /// <summary>A reference to a message's schema.</summary>
        public JsonObject Reference(MessageDescriptor message) => Reference(message, () => Message(message, without: []));

        /// <summary>A message's schema itself, without some of its fields.</summary>
        public JsonObject Message(MessageDescriptor message, HashSet<string> without)
        {
            var properties = message.Fields.InDeclarationOrder().Where(field => !without.Contains(field.Name))
                .Select(field => KeyValuePair.Create(field.JsonName, (JsonNode?)Described(field)));
            var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(properties) };
            if (Comment(message) is { Length: > 0 } comment) schema["description"] = comment;
            return schema;
        }

        /// <summary>Schema of a field's values.</summary>
        public JsonObject TypeOf(FieldDescriptor field) => field.IsRepeated
            ? new JsonObject { ["type"] = "array", ["items"] = ItemOf(field) }
            : ItemOf(field);

        private JsonObject Described(FieldDescriptor field)
        {
            var schema = TypeOf(field);
            if (Comment(field) is { Length: > 0 } comment) schema["description"] = comment;
            return schema;
        }

        private JsonObject ItemOf(FieldDescriptor field) => field.FieldType switch
        {
            FieldType.Bool => Simple("boolean"),
            FieldType.String => Simple("string"),
            FieldType.Bytes => Simple("string", "byte"),
            FieldType.Int32 => Simple("integer", "int32"),
            FieldType.Int64 => Simple("string", "int64"),
            FieldType.Float => Simple("number", "float"),
            FieldType.Double => Simple("number", "double"),
            FieldType.Enum => Reference(field.EnumType, () => Enumeration(field.EnumType)),
            FieldType.Message => field.MessageType.FullName switch
            {
                "google.protobuf.Timestamp" => Simple("string", "date-time"),
                "google.protobuf.Duration" => new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("1.5s") },
                "google.protobuf.Any" => new JsonObject { ["type"] = "object", ["description"] = "A message, whose type '@type' names." },
                _ => Reference(field.MessageType),
            },
            _ => throw new NotSupportedException($"No field has such a type: {field.FieldType}."),
        };

        private JsonObject Reference(IDescriptor descriptor, Func<JsonObject> create)
        {
            const string own = "attune.v1.";
            var name = descriptor.FullName.StartsWith(own, StringComparison.Ordinal) ? descriptor.FullName[own.Length..] : descriptor.FullName;
            if (_schemas.TryAdd(name, [])) _schemas[name] = create(); // first, since a message may lead back to itself
            return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
        }

        private static JsonObject Simple(string type, string? format = null) =>
            format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

        private static JsonObject Enumeration(EnumDescriptor type)
        {
            var meanings = type.Values.Select(value => $"{value.Name}: {Comment(value)}");
            return new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. type.Values.Select(value => (JsonNode)value.Name)]),
                ["description"] = string.Join("\n\n", meanings.Prepend(Comment(type)).Where(text => text.Length > 0)),
            };
        }
    }
}
