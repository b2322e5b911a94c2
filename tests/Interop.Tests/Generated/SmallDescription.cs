using LibvirtBackup.Generator;
using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>A description of one handle and what a test adds to it, so that the tests need no libvirt.</summary>
internal static class SmallDescription
{
    private const string Symbols = """
        <macro name='LIBVIR_VERSION_NUMBER' file='libvirt-common' raw='12008000' version='0.0.1'/>
        <typedef name='virDomainPtr' file='libvirt-domain' type='virDomain *' version='0.0.1'/>
        <struct name='virDomain' file='libvirt-domain' type='struct _virDomain' version='0.0.1'/>
        <function name='virDomainFree' file='libvirt-domain' version='0.0.3'>
          <return type='int' info='0 on success, -1 on error'/><arg name='domain' type='virDomainPtr'/>
        </function>
        <function name='virDomainRef' file='libvirt-domain' version='0.6.0'>
          <return type='int' info='0 on success, -1 on error'/><arg name='domain' type='virDomainPtr'/>
        </function>
        """;

    private static readonly OverrideRow[] s_rows =
    [
        new("virDomainFree", "-", "not-wrapped", "the handle frees"),
        new("virDomainRef", "-", "not-wrapped", "the handle refers"),
    ];

    /// <summary>Generates from the small description with one symbol more.</summary>
    public static IReadOnlyList<GeneratedFile> Generate(string symbol, params OverrideRow[] rows)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lvb-description-");
        try
        {
            Write(folder, "libvirt", Symbols + symbol);
            Write(folder, "libvirt-qemu", "");
            return Generation.Run(ApiDescription.Load(folder.FullName), new OverrideTable([.. s_rows, .. rows]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(DirectoryInfo folder, string name, string symbols) => File.WriteAllText(
        Path.Combine(folder.FullName, name + "-api.xml"), $"<api name='{name}'><symbols>{symbols}</symbols></api>");
}
