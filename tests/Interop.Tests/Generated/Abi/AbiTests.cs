using LibvirtBackup.Generator.Description;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Abi;

public sealed class AbiTests
{
    // Older names of virTypedParameter, which is asserted.
    private static readonly string[] s_aliases = ["virSchedParameter", "virBlkioParameter", "virMemoryParameter"];

    [Fact]
    public async Task Structs_constants_callbacks_and_functions_are_what_the_newest_headers_say()
    {
        string folder = LibvirtDescription.NewestFolder();
        Version version = ApiDescription.Load(folder).Version;
        CppProgram program = new CppProgram(version, exact: version == BoundSymbols.Version).AddEverything();

        Assert.Empty(await CheckAsync(program, Path.Combine(folder, "include")));
        Assert.Empty(NotAsserted(program, folder));
    }

    [Fact]
    public async Task Structs_constants_callbacks_and_functions_are_what_the_hosts_headers_say()
    {
        string folder = LibvirtDescription.HostsFolder();
        Version version = ApiDescription.Load(folder).Version;
        CppProgram program = new CppProgram(version, exact: version == BoundSymbols.Version).AddEverything();

        Assert.Empty(await CheckAsync(program, includes: null));
        Assert.Empty(NotAsserted(program, folder));
    }

    [Theory]
    [InlineData("FUNCTION(virDomainGetInfo, Fn<int, Handle *, virDomainBlockInfo *>);")]
    [InlineData("FUNCTION(virDomainGetInfo, Fn<int, Handle *>);")]
    [InlineData("FUNCTION(virDomainGetMaxMemory, Fn<unsigned int, Handle *>);")]
    [InlineData("CALLBACK(virFreeCallback, Fn<int, void *>);")]
    [InlineData("FIELD(virDomainInfo, memory, 8, unsigned long);")]
    [InlineData("SIZE(virTypedParameter, 92);")]
    [InlineData("NUMBER(VIR_DOMAIN_XML_SECURE, 2LL);")]
    [InlineData("TEXT(VIR_DOMAIN_JOB_OPERATION, \"operations\");")]
    public async Task A_wrong_assertion_of_each_kind_is_refused(string assertion)
    {
        string folder = LibvirtDescription.NewestFolder();
        string program = new CppProgram(ApiDescription.Load(folder).Version, exact: false) + assertion;

        string complaints = await Compiler.CheckAsync(
            program, Path.Combine(folder, "include"), TestContext.Current.CancellationToken);

        Assert.Contains("static assertion failed", complaints, StringComparison.Ordinal);
    }

    // Every function, callback, constant and struct with fields; constants that count others only where they can be.
    private static IEnumerable<string> NotAsserted(CppProgram program, string folder) =>
        LibvirtDescription.Symbols(folder)
            .Where(s => s.Name.LocalName is "function" or "functype" or "enum"
                || (s.Name.LocalName == "struct" && s.HasElements))
            .Select(s => (string)s.Attribute("name")!)
            .Where(name => !program.Asserted.Contains(name) && !CppProgram.Moves(name) && !s_aliases.Contains(name));

    private static Task<string> CheckAsync(CppProgram program, string? includes) =>
        Compiler.CheckAsync(program.ToString(), includes, TestContext.Current.CancellationToken);
}
