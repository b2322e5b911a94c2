using LibvirtBackup;
using LibvirtBackup.Clients;
using NightlyWorker;

var settings = new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory };
var builder = Host.CreateApplicationBuilder(settings);
builder.Services.AddLibvirtBackup(new BackupClientOptions { HelperProgram = ["/usr/bin/lvbackup"] });
builder.Services.AddSingleton(NightlyPlan.Read(builder.Configuration.GetSection("Nightly")));
builder.Services.AddHostedService<NightlyBackups>();
await builder.Build().RunAsync();
