using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Where one library's code goes and what it is called there.</summary>
internal sealed record Target(ApiLibrary Library, string SharedObject, string Folder, Version Version)
{
    public const string LibvirtNamespace = "LibvirtBackup.Interop.Libvirt";

    public string Namespace => "LibvirtBackup.Interop." + Folder;

    /// <summary>The class of raw imports.</summary>
    public string Native => Folder + "Native";

    /// <summary>The class of checked wrappers.</summary>
    public string Checked => Folder + "Functions";

    /// <summary>The class of macro constants.</summary>
    public string Constants => Folder + "Constants";

    public static IReadOnlyList<Target> Of(ApiDescription api) =>
    [
        new(api.Libvirt, "libvirt.so.0", "Libvirt", api.Version),
        new(api.Qemu, "libvirt-qemu.so.0", "LibvirtQemu", api.Version),
    ];

    public GeneratedFile File(string name, CodeWriter code) => new($"{Folder}/Generated/{name}.g.cs", code.ToString());

    /// <summary>Begins a file of this target; libvirt-qemu's code uses libvirt's types.</summary>
    public CodeWriter Begin(params string[] usings)
    {
        IEnumerable<string> types = Namespace == LibvirtNamespace ? [] : [LibvirtNamespace];
        return CodeWriter.ForFile($"{Library.Name}-api.xml of libvirt {Version}", Namespace, [.. types, .. usings]);
    }
}
