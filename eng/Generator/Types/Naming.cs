using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Types;

/// <summary>How C names become C# names.</summary>
internal static class Naming
{
    private static readonly HashSet<string> s_keywords =
        ["base", "event", "in", "params", "ref", "out", "string", "object", "operator", "fixed", "lock", "is", "as"];

    /// <summary><c>virDomainXMLFlags</c> becomes <c>VirDomainXMLFlags</c>.</summary>
    public static string PublicType(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary><c>virDomainPtr</c>'s struct <c>virDomain</c> becomes <c>DomainHandle</c>.</summary>
    public static string Handle(StructSymbol opaque) => opaque.Name["vir".Length..] + "Handle";

    /// <summary><c>libvirt-domain-checkpoint</c> becomes <c>DomainCheckpoint</c>.</summary>
    public static string Header(string file)
    {
        if (file == "virterror")
            return "Error";
        return string.Concat(file.Split('-').Skip(1).Select(Capitalize));
    }

    /// <summary><c>NO_METADATA</c> becomes <c>NoMetadata</c>.</summary>
    public static string Pascal(string upperSnake) => string.Concat(upperSnake.Split('_').Select(Capitalize));

    /// <summary><c>rd_bytes</c> and <c>maxMem</c> become <c>RdBytes</c> and <c>MaxMem</c>.</summary>
    public static string Property(string field) =>
        string.Concat(field.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    public static string Identifier(string name) => s_keywords.Contains(name) ? "@" + name : name;

    private static string Capitalize(string word) =>
        word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();
}
