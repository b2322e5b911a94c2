using System.Diagnostics.CodeAnalysis;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// How a disk of a domain is named: by its target (<c>vda</c>) or, where libvirt accepts that in checkpoints and
/// snapshots, by the absolute path of its source. What libvirt reports is always the target.
/// </summary>
public sealed record DiskName
{
    private DiskName(string value) => Value = value;

    /// <summary>The target name or the path.</summary>
    public string Value { get; }

    /// <summary>Whether the name is a path; backups accept target names only.</summary>
    public bool IsPath => Value[0] == '/';

    /// <summary>Reads a name.</summary>
    /// <param name="text">A target name or an absolute path; nothing is trimmed.</param>
    /// <exception cref="FormatException">The text is no disk name; the message says why.</exception>
    public static DiskName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out DiskName? name, out string? reason) ? name : throw new FormatException(reason);
    }

    /// <summary>Reads a name without throwing.</summary>
    /// <param name="text">A target name or an absolute path; nothing is trimmed.</param>
    /// <param name="name">The name, or null.</param>
    /// <param name="reason">Why the text is no disk name, or null.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out DiskName? name, [NotNullWhen(false)] out string? reason)
    {
        reason = Refuse(text);
        name = reason is null ? new DiskName(text!) : null; // Refuse(null) gave a reason
        return name is not null;
    }

    /// <summary>The target name or the path.</summary>
    public override string ToString() => Value;

    // The bus prefixes (vd, sd, ...) are libvirt's to extend, so only the characters are checked.
    private static string? Refuse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "a disk name must not be empty";
        if (text[0] == '/')
            return text.Length > 1 ? null : "disk name '/' is no path of a disk";
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or ':'))
                return $"disk name '{text}' is neither a target such as 'vda' nor an absolute path";
        }

        return null;
    }
}
