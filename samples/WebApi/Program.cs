using LibvirtBackup;
using LibvirtBackup.Clients;
using LibvirtBackup.HealthChecks;
using WebApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddLibvirtBackup();
builder.Services.AddSingleton<BackupStream>();
var place = new BackupPlace(
    builder.Configuration["Backup:Host"] ?? "qemu:///system",
    builder.Configuration["Backup:Repository"] ?? "/srv/backup");
builder.Services.AddSingleton(place);
builder.Services.AddHealthChecks()
    .AddTypeActivatedCheck<HostHealthCheck>("libvirt", place.Host)
    .AddTypeActivatedCheck<RepositoryHealthCheck>("backups", place.Repository, TimeSpan.FromHours(30));

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/domains", async (BackupClient client, CancellationToken cancellationToken) =>
{
    await using var host = await client.ConnectAsync(place.Host, cancellationToken);
    return await host.ListDomainsAsync(cancellationToken);
});

// curl -N -X POST http://localhost:5000/domains/web1/backups
app.MapPost("/domains/{domain}/backups", (string domain, BackupStream stream, CancellationToken cancellationToken) =>
    TypedResults.ServerSentEvents(stream.RunAsync(domain, cancellationToken)));
await app.RunAsync();
