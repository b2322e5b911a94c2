using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Connections;

public sealed class LibvirtCredentialsTests
{
    private const string Auth = "<auth><user password='sesame'>ali</user></auth>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_answers_open_the_connection()
    {
        using TestNode node = new(Auth);
        List<LibvirtCredentialRequest> asked = [];
        LibvirtConnectionOptions options = new()
        {
            Credentials = request =>
            {
                asked.Add(request);
                return request.Type == VirConnectCredentialType.Authname ? "ali" : "sesame";
            },
        };

        await using LibvirtConnection connection = await node.OpenAsync(options, Token);

        Assert.True(await connection.IsAliveAsync(Token));
        Assert.Contains(asked, request => request.Type == VirConnectCredentialType.Authname);
        Assert.All(asked, request => Assert.NotEmpty(request.Prompt));
    }

    [Fact]
    public async Task A_wrong_answer_is_an_authentication_failure()
    {
        using TestNode node = new(Auth);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => node.OpenAsync(new LibvirtConnectionOptions { Credentials = _ => "wrong" }, Token));

        Assert.Equal(VirErrorNumber.AuthFailed, error.Code);
    }

    [Fact]
    public async Task Giving_up_fails_without_a_connection()
    {
        using TestNode node = new(Auth);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => node.OpenAsync(new LibvirtConnectionOptions { Credentials = _ => null }, Token));

        Assert.Contains(error.Code, new[] { VirErrorNumber.AuthFailed, VirErrorNumber.AuthCancelled });
    }

    [Fact]
    public async Task An_exception_of_the_callback_comes_out_of_opening()
    {
        using TestNode node = new(Auth);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => node.OpenAsync(
            new LibvirtConnectionOptions { Credentials = _ => throw new InvalidDataException("no vault") }, Token));

        Assert.Equal("no vault", error.Message);
    }

    [Fact]
    public async Task Without_a_callback_a_host_that_asks_is_not_opened()
    {
        using TestNode node = new(Auth);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(() => node.OpenAsync(null, Token));

        Assert.Equal("virConnectOpenAuth", error.Function);
    }
}
