using LibvirtBackup.Generator;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>What a future libvirt may bring stops the generator instead of being bound by guess.</summary>
public sealed class GeneratorRefusalTests
{
    private const string Status = "0 on success, -1 on error";

    [Fact]
    public void A_function_it_knows_all_about_is_bound()
    {
        string text = string.Concat(SmallDescription.Generate(Function("", Status)).Select(f => f.Text));

        Assert.Contains("internal static partial int virDomainFuture(nint domain);", text, StringComparison.Ordinal);
        Assert.Contains("public static void virDomainFuture(DomainHandle domain)", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<arg name='value' type='virFuturePtr'/>", "uses the C type 'virFuturePtr'")]
    [InlineData("<arg name='value' type='int *'/>", "takes 'int * value': say in the table how to pass it")]
    [InlineData("<arg name='value' type='char **'/>", "takes 'char ** value': say in the table how to pass it")]
    [InlineData("<arg name='flags' type='unsigned int' info='bits'/>", "does not name the enum of its flags")]
    public void A_parameter_of_unknown_meaning_stops_it_with_the_functions_name(string parameter, string problem)
    {
        GeneratorException refusal = Refusal(Function(parameter, Status));

        Assert.Equal("virDomainFuture", refusal.Symbol);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 on success, 1 when it was done already, -1 on error")]
    [InlineData("something new")]
    public void A_result_of_unknown_meaning_stops_it_with_the_functions_name(string note)
    {
        GeneratorException refusal = Refusal(Function("", note));

        Assert.Equal("virDomainFuture", refusal.Symbol);
        Assert.Contains("say in the table what it means", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<alias name='virNew'/>", "virNew: the description has a new kind <alias>")]
    [InlineData("<macro name='VIR_NEW' file='libvirt-host' raw='x()' version='99.0.0'/>", "VIR_NEW: has the value")]
    [InlineData("<variable name='virNew' file='libvirt-host' type='int' version='99.0.0'/>", "virNew: is a variable")]
    [InlineData(
        "<struct name='virNew' file='libvirt-host' type='struct _virNew' version='99.0.0'/>",
        "virNew: is opaque but has no virNewFree")]
    [InlineData(
        "<typedef name='virNew' file='libvirt-host' type='int' version='99.0.0'/>",
        "virNew: is a typedef of neither an enum nor a struct")]
    [InlineData(
        "<typedef name='virNew' file='libvirt-host' type='enum' version='99.0.0'/>"
        + "<enum name='VIR_NEW_A' file='libvirt-host' value='VIR_GONE' type='virNew' version='99.0.0'/>",
        "VIR_NEW_A: has the value 'VIR_GONE', which is no known constant")]
    public void A_symbol_it_can_not_bind_stops_it_with_its_name(string symbol, string message) =>
        Assert.StartsWith(message, Refusal(symbol).Message, StringComparison.Ordinal);

    [Fact]
    public void A_row_of_the_table_that_fits_nothing_stops_it()
    {
        OverrideRow stale = new("virDomainGone", "flags", "flags 0", "it was there once");

        Assert.Equal("virDomainGone: has a row for 'flags' that fits nothing", Refusal("", stale).Message);
    }

    private static string Function(string parameters, string note) =>
        "<function name='virDomainFuture' file='libvirt-domain' version='99.0.0'>"
        + $"<return type='int' info='{note}'/><arg name='domain' type='virDomainPtr'/>{parameters}</function>";

    private static GeneratorException Refusal(string symbol, params OverrideRow[] rows) =>
        Assert.Throws<GeneratorException>(() => Refused(symbol, rows));

    private static IReadOnlyList<GeneratedFile> Refused(string symbol, OverrideRow[] rows) =>
        SmallDescription.Generate(symbol, rows);
}
