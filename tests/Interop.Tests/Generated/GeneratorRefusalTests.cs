using System.Xml.Linq;
using LibvirtBackup.Generator;
using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>What a future libvirt may bring stops the generator instead of being bound by guess.</summary>
public sealed class GeneratorRefusalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lvb-description-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("<arg name='value' type='virFuturePtr'/>", "uses the C type 'virFuturePtr'")]
    [InlineData("<arg name='value' type='int *'/>", "takes 'int * value': say in the table how to pass it")]
    [InlineData("<arg name='value' type='char **'/>", "takes 'char ** value'")]
    [InlineData("<arg name='flags' type='unsigned int' info='some bits'/>", "does not name the enum of its flags")]
    public void A_parameter_of_unknown_meaning_stops_it_with_the_functions_name(string parameter, string problem)
    {
        GeneratorException refusal = Refusal(symbols => symbols.Add(Function(parameter, "0 on success, -1 on error")));

        Assert.Equal("virDomainFuture", refusal.Symbol);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 on success, 1 when it was done already, -1 on error")]
    [InlineData("something new")]
    public void A_result_of_unknown_meaning_stops_it_with_the_functions_name(string note)
    {
        GeneratorException refusal = Refusal(symbols => symbols.Add(Function("", note)));

        Assert.Equal("virDomainFuture", refusal.Symbol);
        Assert.Contains("say in the table what it means", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_kind_of_symbol_stops_it()
    {
        GeneratorException refusal = Refusal(s => s.Add(XElement.Parse("<alias name='virNew'/>")));

        Assert.Equal("virNew: the description has a new kind <alias>", refusal.Message);
    }

    [Fact]
    public void An_opaque_struct_without_a_function_that_frees_it_stops_it() =>
        Assert.Equal("virFuture", Refusal(s => s.Add(XElement.Parse(
            "<struct name='virFuture' file='libvirt-host' type='struct _virFuture' version='99.0.0'/>"))).Symbol);

    [Fact]
    public void A_row_of_the_table_that_fits_nothing_stops_it()
    {
        OverrideRow stale = new("virDomainGone", "flags", "flags 0", "it was there once");
        var table = new OverrideTable([.. OverrideTable.Load().Rows, stale]);

        var refusal = Assert.Throws<GeneratorException>(() => Generation.Run(LibvirtDescription.Newest(), table));

        Assert.Equal("virDomainGone", refusal.Symbol);
    }

    private static XElement Function(string parameters, string note) => XElement.Parse(
        "<function name='virDomainFuture' file='libvirt-domain' version='99.0.0'>"
        + $"<return type='int' info='{note}'/><arg name='domain' type='virDomainPtr'/>{parameters}</function>");

    // The newest description with one thing added to it.
    private GeneratorException Refusal(Action<XElement> add)
    {
        string newest = LibvirtDescription.NewestFolder();
        XDocument libvirt = XDocument.Load(Path.Combine(newest, "libvirt-api.xml"));
        add(libvirt.Root!.Element("symbols")!);
        libvirt.Save(Path.Combine(_folder.FullName, "libvirt-api.xml"));
        File.Copy(Path.Combine(newest, "libvirt-qemu-api.xml"), Path.Combine(_folder.FullName, "libvirt-qemu-api.xml"));
        return Assert.Throws<GeneratorException>(
            () => Generation.Run(ApiDescription.Load(_folder.FullName), OverrideTable.Load()));
    }
}
