using System.Diagnostics.CodeAnalysis;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// The name of a checkpoint, which libvirt also gives to the bitmap on every disk. Compared byte by byte.
/// </summary>
/// <remarks>
/// ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, not starting with a dot (libvirt's schema), and at most
/// <see cref="MaxLength"/> bytes: libvirt stores <c>NAME.xml</c> through <c>NAME.xml.new</c>, and when that file name
/// exceeds 255 bytes it fails after QEMU has made the bitmap, which then stays behind without an owner (seen on 9.0).
/// </remarks>
public sealed record CheckpointName
{
    /// <summary>Greatest length, in bytes (every character is one byte).</summary>
    public const int MaxLength = 247;

    private CheckpointName(string value) => Value = value;

    /// <summary>The name as libvirt spells it.</summary>
    public string Value { get; }

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name; nothing is trimmed.</param>
    /// <exception cref="FormatException">The text is no valid name; the message says why.</exception>
    public static CheckpointName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out CheckpointName? name, out string? reason) ? name : throw new FormatException(reason);
    }

    /// <summary>Reads a name without throwing.</summary>
    /// <param name="text">The name; nothing is trimmed.</param>
    /// <param name="name">The name, or null.</param>
    /// <param name="reason">Why the text is no valid name, or null.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out CheckpointName? name, [NotNullWhen(false)] out string? reason)
    {
        reason = Refuse(text);
        name = reason is null ? new CheckpointName(text!) : null; // Refuse(null) gave a reason
        return name is not null;
    }

    /// <summary>The name as libvirt spells it.</summary>
    public override string ToString() => Value;

    private static string? Refuse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "a checkpoint name must not be empty";
        if (text[0] == '.')
            return $"checkpoint name '{text}' must not start with a dot";
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
                return $"checkpoint name '{text}' holds {Describe(c)}; use ASCII letters, digits and '_', '-', '.'";
        }

        return text.Length <= MaxLength
            ? null
            : $"checkpoint name '{text}' has {text.Length} bytes; libvirt can store at most {MaxLength}";
    }

    private static string Describe(char c) => c is > ' ' and < (char)0x7f ? $"'{c}'" : $"U+{(int)c:X4}";
}
