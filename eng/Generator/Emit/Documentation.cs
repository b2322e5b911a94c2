using System.Security;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Documentation comments in our own words; libvirt's prose stays where it is.</summary>
internal static class Documentation
{
    public static CodeWriter Summary(this CodeWriter code, string text) =>
        code.Line($"/// <summary>{text}</summary>");

    public static string Text(string text) => SecurityElement.Escape(text);

    public static CodeWriter Symbol(this CodeWriter code, string name, Version since) =>
        code.Line($"[LibvirtSymbol(\"{name}\", \"{since}\")]");
}
