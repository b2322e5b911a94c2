using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LibvirtBackup.Qmp;

/// <summary>Writes commands and reads answers; pure, so that it is tested without a QEMU.</summary>
internal static class QmpCommand
{
    /// <summary>A command whose arguments are written by the caller; null means none.</summary>
    public static string Write(string command, Action<Utf8JsonWriter>? arguments = null)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("execute"u8, command);
            if (arguments is not null)
            {
                writer.WritePropertyName("arguments"u8);
                arguments(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The arguments of a command as a JSON object.</summary>
    public static void WriteArguments(Utf8JsonWriter writer, object arguments)
    {
        JsonTypeInfo type = QmpJsonContext.Default.GetTypeInfo(arguments.GetType())
            ?? throw new InvalidOperationException($"QmpJsonContext does not list {arguments.GetType().Name}; add it.");
        JsonSerializer.Serialize(writer, arguments, type);
    }

    /// <summary>The <c>return</c> member of an answer.</summary>
    /// <exception cref="QmpException">The answer is an error.</exception>
    /// <exception cref="JsonException">The answer is not a QMP answer.</exception>
    public static JsonElement ReadReturn(string command, string answer)
    {
        using JsonDocument document = JsonDocument.Parse(answer);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object)
        {
            if (root.TryGetProperty("error"u8, out JsonElement error))
                throw new QmpException(command, Text(error, "class"), Text(error, "desc"));
            if (root.TryGetProperty("return"u8, out JsonElement result))
                return result.Clone();
        }

        throw new JsonException($"QEMU's answer to '{command}' has neither 'return' nor 'error': {answer}");
    }

    private static string Text(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out JsonElement value)
            ? value.ToString()
            : string.Empty;
}
